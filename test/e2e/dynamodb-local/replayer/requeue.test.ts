/** The command of docs/operations.md that requeues an event, as it stands there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { closeStage, openStage, requestId, Scene, type Stage } from './setup';

let stage: Stage;
let scene: Scene;

beforeAll(async () => {
  stage = await openStage();
  scene = await new Scene(stage).open();
}, 120_000);
afterAll(async () => {
  await scene.close();
  await closeStage(stage);
});

/** The page's command with its shell variables filled in. */
function requeue(variables: Record<string, string>): UpdateItemCommand {
  const page = readFileSync(join(__dirname, '../../../../docs/operations.md'), 'utf8');
  const [command] = /^aws dynamodb update-item [^]*?(?=\n```)/m.exec(page)!;
  const argument = (name: string) => {
    const [, text] = new RegExp(`--${name} '((?:[^']|'"\\$\\w+"')*)'(?!")`).exec(command)!;
    return text.replace(/'"\$(\w+)"'/g, (_, variable: string) => variables[variable]);
  };
  return new UpdateItemCommand({
    TableName: scene.table,
    Key: JSON.parse(argument('key')),
    ConditionExpression: argument('condition-expression'),
    UpdateExpression: argument('update-expression'),
    ExpressionAttributeNames: JSON.parse(argument('expression-attribute-names')),
    ExpressionAttributeValues: JSON.parse(argument('expression-attribute-values')),
  });
}

test('a quarantined event that is requeued gets five more attempts and is replayed', async () => {
  const request = requestId(1);
  const id = await scene.defer(request, {
    state: { S: 'QUARANTINED' },
    bpk: { S: backlogKey('quarantined', request) },
    attempt: { N: '5' },
    dispatches: { N: '1' },
    nextAttempt: { N: String(scene.now() + 60_000) },
  });
  const digits = (await scene.row(id))!.bpk.S!.slice(-2);
  await stage.client.send(requeue({ PK: id, SHARD: digits }));

  expect(await scene.row(id)).toMatchObject({
    state: { S: 'PENDING' },
    bpk: { S: backlogKey('pending', request) },
    attempt: { N: '5' },
    maxAttempt: { N: '10' },
    dispatches: { N: '0' },
  });
  scene.aws.onInvoke = scene.succeed;
  await scene.replayer().replay({}, undefined, 100_000);
  expect(await scene.state(id)).toBe('DONE');
});

test('an event that is not in quarantine is left as it is', async () => {
  const id = await scene.defer(requestId(2));
  await expect(stage.client.send(requeue({ PK: id, SHARD: '00' }))).rejects.toThrow('The conditional request failed');
  expect(await scene.state(id)).toBe('PENDING');
});
