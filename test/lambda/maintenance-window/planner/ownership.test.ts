/** Windows that move, are adopted, half made, refused: what happens to a parameter that is not one window's alone. */
import { createFailedId } from '../../../../lambda/contract/cloudformation/answer.json';
import { Deployment, NAME, OTHER, STACK_ID } from './deployment';

const TIMES_OUT = 30_200;
const OWNERS = 'cdk-patient-lambda:owners';
const STACK = 'cdk-patient-lambda:stack';
const ELSEWHERE = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Orders/2';

let deployment: Deployment;

beforeEach(async () => {
  deployment = await Deployment.start();
});

afterEach(() => deployment.stop());

const create = (LogicalResourceId = 'Window') => deployment.plan({ LogicalResourceId });
const remove = (LogicalResourceId = 'Window', PhysicalResourceId = NAME) =>
  deployment.plan({ RequestType: 'Delete', LogicalResourceId, PhysicalResourceId });

function tagged(claims: string | undefined, stack: string | undefined = STACK_ID): void {
  deployment.given(NAME, 'on # upgrade');
  deployment.store.tags.set(NAME, { ...(stack && { [STACK]: stack }), ...(claims !== undefined && { [OWNERS]: claims }) });
}

const value = () => deployment.store.parameters.get(NAME)?.Value;

describe('a window that is made', () => {
  test('owns its parameter from the first moment on', async () => {
    await create();
    expect(deployment.store.calls.filter((call) => call.startsWith('AddTags'))).toEqual([]);
    expect(deployment.store.tags.get(NAME)).toEqual({ [STACK]: STACK_ID, [OWNERS]: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  test('claims its parameter once, however often the request is delivered', async () => {
    await create();
    await create();
    expect(deployment.claims(NAME)).toHaveLength(1);
    await remove();
    expect(value()).toBeUndefined();
  });

  test('whose PutParameter got through without an answer is removed with its parameter', async () => {
    deployment.store.faults = ['lost-answer'];
    deployment.store.always = { '*': 'silence' };
    const { Status, PhysicalResourceId } = await deployment.plan({}, TIMES_OUT);
    expect([Status, PhysicalResourceId, value()]).toEqual(['FAILED', NAME, 'auto']);
    deployment.store.always = {};
    expect(await remove('Window', PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(value()).toBeUndefined();
  });

  test('whose PutParameter got through, and which was then refused to know that, is removed too', async () => {
    deployment.store.faults = ['lost-answer'];
    deployment.store.always = { ListTagsForResource: { status: 400, type: 'ValidationException' } };
    const { Status, PhysicalResourceId } = await create();
    expect([Status, PhysicalResourceId]).toEqual(['FAILED', NAME]);
    deployment.store.always = {};
    await remove('Window', PhysicalResourceId);
    expect(value()).toBeUndefined();
  });

  test('whose PutParameter never got through leaves alone what somebody else has made since', async () => {
    deployment.store.always = { '*': 'silence' };
    const { PhysicalResourceId } = await deployment.plan({}, TIMES_OUT);
    deployment.store.always = {};
    tagged(undefined, undefined);
    await remove('Window', PhysicalResourceId);
    expect(value()).toBe('on # upgrade');
  });
});

describe('a window that moves in the tree', () => {
  test('keeps its value and its item: the new one claims the parameter, the clean-up removes the old claim', async () => {
    await create('Old');
    deployment.given(NAME, 'on # upgrade');
    expect(await create('New')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.claims(NAME)).toHaveLength(2);
    expect(await remove('Old')).toMatchObject({ Status: 'SUCCESS' });
    expect(value()).toBe('on # upgrade');
    expect(deployment.mirror.item(NAME)!.operator).toEqual({ S: 'on # upgrade' });

    await remove('New');
    expect(value()).toBeUndefined();
    expect(deployment.mirror.items.size).toBe(0);
  });

  test('keeps them where its claim is not listed at once when the old one goes', async () => {
    await create('Old');
    deployment.store.parameters.set(NAME, { Name: NAME, Value: 'on # upgrade' });
    const before = { ...deployment.store.tags.get(NAME) };
    await create('New');
    deployment.store.behind.push(before);
    expect(await remove('Old')).toMatchObject({ Status: 'SUCCESS' });
    expect([value(), deployment.claims(NAME)]).toEqual(['on # upgrade', [expect.any(String)]]);
  });

  test('and is rolled back keeps both: the new claim goes, the old one stays', async () => {
    await create('Old');
    deployment.given(NAME, 'on # upgrade');
    await create('New');
    await remove('New');
    await remove('New');
    expect(value()).toBe('on # upgrade');
    expect(deployment.claims(NAME)).toHaveLength(1);
    await remove('Old');
    expect(value()).toBeUndefined();
  });

  test('from one nested stack to another keeps its value, although its logical id is the same', async () => {
    const [from, to] = [`${STACK_ID}-NestedA`, `${STACK_ID}-NestedB`];
    await deployment.plan({ StackId: from });
    deployment.given(NAME, 'on # upgrade');
    await deployment.plan({ StackId: to });
    await deployment.plan({ StackId: from, RequestType: 'Delete', PhysicalResourceId: NAME });
    expect(value()).toBe('on # upgrade');
  });
});

describe('a parameter that was there before', () => {
  test('is adopted with its value, and outlives the window', async () => {
    tagged(undefined, undefined);
    expect(await create()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.claims(NAME)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), 'others']);
    expect(deployment.mirror.item(NAME)!.operator).toEqual({ S: 'on # upgrade' });

    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(value()).toBe('on # upgrade');
    expect(deployment.claims(NAME)).toEqual(['others']);
    expect(deployment.mirror.items.size).toBe(0);
  });

  test('is adopted again by a stack that is made anew', async () => {
    tagged('others', ELSEWHERE);
    expect(await create()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.tags.get(NAME)).toMatchObject({ [STACK]: STACK_ID, [OWNERS]: expect.stringMatching(/^[0-9a-f]{16} others$/) });
  });

  test('is refused by name, with the way out, when it belongs to another stack, whose claim stays', async () => {
    tagged('0123456789abcdef', ELSEWHERE);
    const answer = await create();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toContain(`parameter ${NAME} belongs to windows of another stack, ${ELSEWHERE}: delete the parameter`);
    expect(answer.Reason).toContain(`remove its tags ${STACK} and ${OWNERS}`);
    expect(deployment.store.tags.get(NAME)).toEqual({ [STACK]: ELSEWHERE, [OWNERS]: '0123456789abcdef' });
    expect(deployment.mirror.items.size).toBe(0);
  });

  test('is refused when the tag that names its stack is gone', async () => {
    tagged('0123456789abcdef', '');
    expect((await create()).Reason).toContain('another stack, which its tag cdk-patient-lambda:stack does not name');
  });

  test('is given back by the Delete after an adoption whose answer was lost', async () => {
    tagged(undefined, undefined);
    deployment.store.faults = [undefined, undefined, undefined, 'lost-answer'];
    deployment.store.always = { '*': 'silence' };
    const { Status, PhysicalResourceId } = await deployment.plan({}, TIMES_OUT);
    expect([Status, PhysicalResourceId]).toEqual(['FAILED', NAME]);
    deployment.store.always = {};
    await remove('Window', PhysicalResourceId);
    expect([value(), ...deployment.claims(NAME)]).toEqual(['on # upgrade', 'others']);
  });
});

describe('Delete', () => {
  test.each([
    ['has no owner', undefined],
    ['has other owners', '0123456789abcdef'],
    ['was there before, and has no window now', 'others'],
  ])('leaves a parameter alone that %s', async (_, claims) => {
    tagged(claims);
    const before = deployment.store.tags.get(NAME);
    expect(await remove()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(value()).toBe('on # upgrade');
    expect(deployment.store.tags.get(NAME)).toEqual(before);
    expect(deployment.logged).toContainEqual(expect.objectContaining({ parameter: NAME, logicalId: 'Window' }));
  });

  test("keeps the item as long as the parameter is another window's", async () => {
    await create('Old');
    await create('New');
    await remove('Old');
    await remove('Old');
    expect(deployment.mirror.item(NAME)).toBeDefined();
  });

  test('waits while the tags of a parameter are not known everywhere', async () => {
    await create();
    const unknown = { status: 400, type: 'InvalidResourceId' };
    deployment.store.faults = [unknown, undefined, unknown];
    await remove();
    expect(value()).toBeUndefined();
  });

  test('is done when the parameter is gone, whatever of the mirror is there', async () => {
    await create();
    deployment.store.parameters.clear();
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.mirror.items.size).toBe(0);
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['a table that is gone', 'ResourceNotFoundException', 0],
    ['a mirror that refuses, which is said in the log', 'AccessDeniedException', 1],
  ])('succeeds with %s', async (_, name, lines) => {
    await create();
    deployment.logged.length = 0;
    deployment.mirror.before = () => {
      throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
    };
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.logged).toHaveLength(lines);
    expect(value()).toBeUndefined();
  });
});

describe('Update', () => {
  const update = { RequestType: 'Update', PhysicalResourceId: NAME } as const;

  test("takes a parameter that nobody has claimed for the window's own, which its Delete removes", async () => {
    tagged(undefined, undefined);
    await deployment.plan(update);
    expect(deployment.claims(NAME)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
    await remove();
    expect(value()).toBeUndefined();
  });

  test('to the name of a parameter that was there adopts it, with its value', async () => {
    tagged(undefined, undefined);
    const answer = await deployment.plan({ RequestType: 'Update', PhysicalResourceId: OTHER });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.claims(NAME)).toEqual([expect.any(String), 'others']);
    expect(value()).toBe('on # upgrade');
  });

  test("to the name of another stack's parameter is refused, under the old id", async () => {
    tagged('0123456789abcdef', ELSEWHERE);
    const answer = await deployment.plan({ RequestType: 'Update', PhysicalResourceId: OTHER });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: OTHER, Reason: expect.stringContaining(ELSEWHERE) });
  });

  test('to another name has both items, and the clean-up removes the old one', async () => {
    await create();
    deployment.given(NAME, 'on # upgrade');
    await deployment.plan({ ...update, ResourceProperties: { OperatorParameterName: OTHER } });
    expect(deployment.mirror.item(OTHER)!.operator).toEqual({ S: 'on # upgrade' });
    await remove();
    expect([...deployment.mirror.items.keys()]).toEqual([OTHER]);
  });
});

describe('the mirror of a window that is deployed', () => {
  test('has its item before CloudFormation has its answer', async () => {
    await create();
    expect(deployment.mirror.item(NAME)).toMatchObject({ operator: { S: 'auto' }, operatorModified: { N: '1799546400123' }, revision: { N: '1' } });
    expect(deployment.bus.told).toEqual([]);
  });

  test('tells the bus of a hold that is on in a parameter that was there', async () => {
    tagged(undefined, undefined);
    await create();
    expect(deployment.bus.told.map(({ type }) => type)).toEqual(['Maintenance Window Opened']);
  });

  test('fails no deployment: the truth is in Parameter Store, and the log says what is wrong', async () => {
    deployment.mirror.before = () => {
      throw Object.assign(new Error('no table'), { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } });
    };
    expect(await create()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.logged).toEqual([
      expect.objectContaining({ parameter: NAME, cause: expect.stringContaining('ResourceNotFoundException: no table'), fix: expect.any(String) }),
    ]);
  });

  test('fails no deployment when the bus refuses an opening', async () => {
    tagged(undefined, undefined);
    deployment.bus.always = 'NotAuthorizedForDetailTypeException';
    expect(await create()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.logged).toEqual([expect.objectContaining({ parameter: NAME, cause: expect.stringContaining('NotAuthorizedForDetailType') })]);
    expect(deployment.mirror.item(NAME)!.operator).toEqual({ S: 'on # upgrade' });
  });

  test('is none for a parameter outside of the stack, which is said', async () => {
    const OperatorParameterName = '/cdk-patient-lambda/windows/Billing/Window/operator';
    expect(await deployment.plan({ ResourceProperties: { OperatorParameterName } })).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.mirror.items.size).toBe(0);
    expect(deployment.logged).toEqual([expect.objectContaining({ parameter: OperatorParameterName, stack: 'Orders' })]);
  });
});
