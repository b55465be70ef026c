import { TaggedFunctions } from '../../../../lambda/maintenance-window/replayer/tagged-functions';

const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:orders';
const store = { Key: 'cdk-patient-lambda:store', Value: 'Platform/Store' };

function answering(...answers: object[]) {
  const inputs: unknown[] = [];
  const client = {
    send: ({ input }: { input: unknown }) => {
      inputs.push(input);
      return Promise.resolve(answers[inputs.length - 1]);
    },
  };
  return { inputs, tagged: new TaggedFunctions(client as never, 'Platform/Store') };
}

test('asks for the functions of the store alone, page by page, and once', async () => {
  const { inputs, tagged } = answering(
    {
      ResourceTagMappingList: [{ ResourceARN: ARN, Tags: [store, { Key: 'cdk-patient-lambda:function-key', Value: 'Orders' }] }],
      PaginationToken: 'p',
    },
    { ResourceTagMappingList: [{ ResourceARN: `${ARN}-2`, Tags: [store] }], PaginationToken: '' },
  );
  expect(await tagged.list()).toEqual([{ functionArn: ARN, functionKey: 'Orders' }, { functionArn: `${ARN}-2` }]);
  expect(await tagged.list()).toHaveLength(2);
  const asked = { ResourceTypeFilters: ['lambda:function'], TagFilters: [{ Key: 'cdk-patient-lambda:store', Values: ['Platform/Store'] }] };
  expect(inputs).toEqual([
    { ...asked, PaginationToken: undefined },
    { ...asked, PaginationToken: 'p' },
  ]);
});

test('leaves out what is not a function', async () => {
  const { tagged } = answering({ ResourceTagMappingList: [{ ResourceARN: 'arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:1' }, {}] });
  expect(await tagged.list()).toEqual([]);
});
