/** CommonJS that finds `cdk-patient-lambda/handler` in the construct's layer. Needs a few polls, names no id. */
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { customResource, done, wait } = require('cdk-patient-lambda/handler');

const dynamodb = new DynamoDBClient({});

const note = (call, request, { hop }) =>
  dynamodb.send(
    new PutItemCommand({
      TableName: process.env.CALLS_TABLE,
      Item: {
        stack: { S: request.stackId.split('/')[1] },
        at: { S: new Date().toISOString() },
        note: { S: JSON.stringify({ call, hop, format: typeof __filename === 'undefined' ? 'module' : 'commonjs', ...request }) },
      },
    }),
  );

exports.handler = customResource({
  async create(request, context) {
    await note('create', request, context);
    return wait({ polls: 0 }, { afterSeconds: 0.2 });
  },
  async update(request, context) {
    await note('update', request, context);
    return done({ data: { Polls: 0 } });
  },
  async delete(request, context) {
    await note('delete', request, context);
    return done();
  },
  poll: async (_request, { polls }) => (polls < 2 ? wait({ polls: polls + 1 }, { afterSeconds: 0.2 }) : done({ data: { Polls: polls } })),
});
