/** Stands for the client of whatever the guide's samples manage: a service that makes tenants, slowly. */
export interface Job {
  readonly status: 'RUNNING' | 'READY' | 'FAILED';
  readonly url: string;
  readonly error?: string;
}

interface NewTenant {
  readonly name: string;
  readonly seats: number;
  readonly label: string;
  readonly clientToken: string;
}

export const tenants = {
  create: async (_request: NewTenant): Promise<{ tenantId: string; job: string }> => unreachable(),
  resize: async (_tenantId: string, _seats: number): Promise<{ job: string }> => unreachable(),
  /** Succeeds for a tenant that does not exist. */
  remove: async (_tenantId: string): Promise<void> => unreachable(),
  find: async (_request: { label: string }): Promise<string | undefined> => unreachable(),
  job: async (_job: string, _options: { signal: AbortSignal }): Promise<Job> => unreachable(),
  stop: async (_job: string): Promise<void> => unreachable(),
};

function unreachable(): never {
  throw new Error('a test replaces the service');
}
