/** Stands for the client of what the samples manage. */
export const tenants = {
  create: async (_request: { name: string; seats: number; clientToken?: string }): Promise<{ tenantId: string; job: string }> => unreachable(),
  resize: async (_tenantId: string, _seats: number): Promise<{ job: string }> => unreachable(),
  remove: async (_tenantId: string): Promise<void> => unreachable(),
  job: async (_job: string): Promise<{ status: 'RUNNING' | 'READY' | 'FAILED'; url: string }> => unreachable(),
};

function unreachable(): never {
  throw new Error('a test replaces the service');
}
