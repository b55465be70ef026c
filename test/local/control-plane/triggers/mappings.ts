/** Rows of the trigger table that are event source mappings. */
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { botocore } from '../harness';
import { from, type Row } from './row';

export const mappings: Readonly<Record<string, Row>> = {
  sqs: async ({ bed, live }) => {
    const sqs = new SQSClient(bed.clientConfig);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await bed.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: live, EventSourceArn: Attributes!.QueueArn }));
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grind' }));
    const handed = await bed.recorder.next(from('sqs'));
    expect(handed.event.Records).toEqual([
      expect.objectContaining({
        messageId: MessageId,
        body: 'grind',
        eventSource: 'aws:sqs',
        eventSourceARN: Attributes!.QueueArn,
        awsRegion: 'us-east-1',
        attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
      }),
    ]);
    expect(handed.function).toBe('listener:live');
    return handed;
  },
  kinesis: async ({ bed, live }) => {
    await botocore(bed, 'kinesis', 'create_stream', { StreamName: 'clicks', ShardCount: 1 });
    const { StreamDescription } = await botocore(bed, 'kinesis', 'describe_stream', { StreamName: 'clicks' });
    await bed.lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: live, EventSourceArn: StreamDescription.StreamARN, StartingPosition: 'TRIM_HORIZON' }),
    );
    await botocore(bed, 'kinesis', 'put_record', { StreamName: 'clicks', Data: 'here', PartitionKey: 'a' });
    const handed = await bed.recorder.next(from('kinesis'));
    expect(handed.event.Records[0]).toMatchObject({
      eventSource: 'aws:kinesis',
      kinesis: { partitionKey: 'a', data: Buffer.from('here').toString('base64') },
    });
    expect(handed.function).toBe('listener:live');
    return handed;
  },
  dynamodb: async ({ bed, live }) => {
    const dynamodb = new DynamoDBClient(bed.clientConfig);
    const { TableDescription } = await dynamodb.send(
      new CreateTableCommand({
        TableName: 'things',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await bed.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: live,
        EventSourceArn: TableDescription!.LatestStreamArn,
        StartingPosition: 'TRIM_HORIZON',
      }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'cup' } } }));
    const handed = await bed.recorder.next(from('dynamodb'));
    expect(handed.event.Records[0]).toMatchObject({ eventSource: 'aws:dynamodb', eventName: 'INSERT', dynamodb: { NewImage: { id: { S: 'cup' } } } });
    expect(handed.function).toBe('listener:live');
    return handed;
  },
};
