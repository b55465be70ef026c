import { customResource, done } from 'cdk-patient-lambda/handler';

export const handler = customResource({
  'Custom::Tenant': {
    create: async () => done(),
    update: async () => done(),
    delete: async () => done(),
  },
  'Custom::User': {
    create: async () => done({ data: { Name: 'ann' } }),
    update: async () => done(),
    delete: async () => done(),
  },
});
