/**
 * Charges each order once, however often its event is run. CommonJS that is not bundled: it finds `replayOf` in the layer that the construct adds.
 */
const { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { replayOf } = require('cdk-patient-lambda/replay');

const dynamodb = new DynamoDBClient({});

exports.handler = async ({ order, amount }, context) => {
  // Lambda's own retries of an event keep its request id, and the mark of a replay has the one of the invocation that was deferred
  const replay = replayOf(context);
  const idempotencyKey = replay?.originalRequestId ?? context.awsRequestId;
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: process.env.CHARGES_TABLE,
        Item: { idempotencyKey: { S: idempotencyKey }, order: { S: order }, amount: { N: String(amount) } },
        ConditionExpression: 'attribute_not_exists(idempotencyKey)',
      }),
    );
    return { charged: 'now' };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
    console.info(`order ${order} was charged before; attempt ${replay?.attempt ?? 1}`);
    return { charged: 'before' };
  }
};
