/** CDK's Provider answers by https on port 443 alone, where the bed does not listen: its answers to this machine go to the bed's own port. */
const http = require('node:http');
const https = require('node:https');

const request = https.request;
const endpoint = new URL(process.env.AWS_ENDPOINT_URL);

https.request = (options, ...rest) =>
  options.hostname === endpoint.hostname ? http.request({ ...options, port: endpoint.port }, ...rest) : request(options, ...rest);
