/** Stands for the client of what the guide's sample with a password manages. */
export const users = {
  create: async (_name: string): Promise<string> => unreachable(),
  setPassword: async (_userId: string, _password: string): Promise<void> => unreachable(),
  token: async (_userId: string): Promise<string> => unreachable(),
  remove: async (_userId: string): Promise<void> => unreachable(),
};

function unreachable(): never {
  throw new Error('a test replaces the service');
}
