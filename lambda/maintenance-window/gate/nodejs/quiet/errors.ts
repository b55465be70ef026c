import { errors } from '../../../../contract/names.json';

/** An error that a source or an operator sees by its type. */
export class GateError extends Error {
  constructor(error: keyof typeof errors, message: string) {
    super(message);
    this.name = errors[error];
  }
}

/** The gate cannot do its work, so nothing may run: the process must end, loudly. */
export class GateNotAttached extends GateError {
  constructor(message: string) {
    super('gateNotAttached', message);
  }
}

/** The runtime's client has a seam of unknown shape. The one reason for which `onUnknownClient` may let the function run without its gate. */
export class UnknownClient extends GateNotAttached {}
