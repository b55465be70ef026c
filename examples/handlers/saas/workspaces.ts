/** The service's REST API: workspaces, which take their time to come and to go. */

export interface Workspace {
  readonly id: string;
  readonly region: string;
  readonly status: 'provisioning' | 'ready' | 'failed' | 'deleting';
  readonly url?: string;
  readonly error?: string;
}

export interface NewWorkspace {
  readonly name: string;
  readonly region: string;
  readonly plan: string;
  /** By which it is found when nobody was told its id. */
  readonly label: string;
}

/** An answer that is not a success. The runtime knows `status`: a poll that throws 429 or 5xx is called again. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** What the service asks for before the next request. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Whether the same request would be refused again, now and later. */
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

export class Workspaces {
  constructor(
    private readonly apiUrl: string,
    private readonly apiKey: string,
    private readonly signal: AbortSignal,
  ) {}

  create(workspace: NewWorkspace, idempotencyKey: string): Promise<Workspace> {
    return this.call('POST', '', { body: workspace, headers: { 'idempotency-key': idempotencyKey } });
  }

  /** Undefined when it is gone, or never was. */
  find(id: string): Promise<Workspace | undefined> {
    return this.unlessGone(this.call<Workspace>('GET', `/${encodeURIComponent(id)}`));
  }

  async labelled(label: string): Promise<readonly Workspace[]> {
    return (await this.call<{ items: Workspace[] }>('GET', `?label=${encodeURIComponent(label)}`)).items;
  }

  change(id: string, changes: { readonly name: string; readonly plan: string }): Promise<Workspace> {
    return this.call('PATCH', `/${encodeURIComponent(id)}`, { body: changes });
  }

  /** Begins to remove it, if it is there. */
  async remove(id: string): Promise<void> {
    await this.unlessGone(this.call('DELETE', `/${encodeURIComponent(id)}`));
  }

  private async call<T>(method: string, path: string, request: { body?: object; headers?: Record<string, string> } = {}): Promise<T> {
    const response = await fetch(`${this.apiUrl}/workspaces${path}`, {
      method,
      signal: this.signal,
      headers: { 'authorization': `Bearer ${this.apiKey}`, 'content-type': 'application/json', ...request.headers },
      ...(request.body && { body: JSON.stringify(request.body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      const message = `${method} /workspaces${path} answered ${response.status}: ${text.slice(0, 500)}`;
      throw new ApiError(message, response.status, retryAfter(response.headers.get('retry-after')));
    }
    try {
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (cause) {
      throw new Error(`${method} /workspaces${path} answered ${response.status}, but not JSON: ${text.slice(0, 500)}`, { cause });
    }
  }

  private async unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }
}

/** In seconds or as a date, as HTTP has it. */
function retryAfter(header: string | null): number | undefined {
  const seconds = header === null ? NaN : /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(1, seconds) : undefined;
}
