/** A resource that fails as its properties say: at once, or in the execution after the first. */
const { customResource } = require('cdk-patient-lambda/handler');
const { failures } = require('./failures');
const { next } = require('./next');

async function begin(request, context) {
  const { Fails, Failure } = request.properties;
  return Fails === 'on the first execution' ? failures[Failure](request, context, 0) : next(request, 0);
}

async function poll(request, { hop }, context) {
  return failures[request.properties.Failure](request, context, hop);
}

exports.handler = customResource({ create: begin, update: begin, delete: begin, poll });
