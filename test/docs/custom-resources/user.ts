import { customResource, done, ResourceFailure } from 'cdk-patient-lambda/handler';

import { users } from './users';

export const handler = customResource({
  async create({ properties }) {
    const userId = await users.create(String(properties.Name));
    try {
      await users.setPassword(userId, String(properties.Password)); // {{resolve:secretsmanager:...}} in the template
    } catch (cause) {
      // A failed Create that names what it made gets a Delete of that; any other error says that nothing was made
      throw new ResourceFailure('the user was made, but has no password', { physicalResourceId: userId, cause });
    }
    return done({ physicalResourceId: userId, data: { Token: await users.token(userId) }, noEcho: true });
  },

  async update({ properties, oldProperties, physicalResourceId }, { resolve }) {
    const [before, after] = [await resolve(oldProperties?.Password), properties.Password];
    if (before !== after) {
      await users.setPassword(physicalResourceId, String(after));
    }
    return done({ data: { Token: await users.token(physicalResourceId) }, noEcho: true });
  },

  async delete({ physicalResourceId }) {
    await users.remove(physicalResourceId);
    return done();
  },
});
