/** An error that Lambda's API gives its caller: nothing was run. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    /** The error code, e.g. `TooManyRequestsException`. */
    readonly code: string,
    message: string,
    /** More members of the JSON body, e.g. `Reason`. */
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }

  /** Takes over an error body of Lambda's API as it is. */
  static fromJson(status: number, code: string, body: Buffer): ServiceError {
    try {
      const parsed = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
      const message = parsed.message ?? parsed.Message;
      return new ServiceError(status, code, typeof message === 'string' ? message : body.toString('utf8'));
    } catch {
      return new ServiceError(status, code, body.toString('utf8'));
    }
  }

  /** The body in the shape of Lambda's API. */
  body(): Buffer {
    return Buffer.from(JSON.stringify({ ...this.details, Type: this.status < 500 ? 'User' : 'Service', message: this.message }));
  }
}

/** Turns whatever was thrown into what Lambda's API would answer. */
export function asServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : new ServiceError(500, 'ServiceException', error instanceof Error ? error.message : String(error));
}
