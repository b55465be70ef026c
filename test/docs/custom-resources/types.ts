import { customResource, done } from 'cdk-patient-lambda/handler';

export const handler = customResource({
  'Custom::Tenant': {
    create: async () => done(),
    update: async () => done({ data: {} }), // there are none
    delete: async () => done(),
  },
  'Custom::User': {
    create: async () => done({ data: { Name: 'ann' } }),
    update: async () => done({ data: { Name: 'ann' } }), // all attributes again: CloudFormation forgets those that are not in it
    delete: async () => done(),
  },
});
