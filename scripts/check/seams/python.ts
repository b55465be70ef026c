/** The seam of AWS's Python client, as the gate itself looks at it when it starts. */
import * as path from 'node:path';

import { run } from '../../../local/sandbox/child';
import { type Finding, NotLookedAt } from './client';
import { interpreterOf } from './fetching';

/** In a world of its own, and the sources are what counts: an image's compiled modules are not compared with them. */
const AS_WRITTEN = ['-I', '-B', '--check-hash-based-pycs', 'always'];

const LOOK = `
import json, sys
gate, client = sys.argv[1:]
sys.path[:0] = [gate, client]
from patient_lambda_gate.client.attach import SEAM, check_seams
from patient_lambda_gate.quiet.errors import UnknownClient

try:
    import awslambdaric
    from awslambdaric import bootstrap
    more = check_seams(bootstrap, awslambdaric.__version__)
    finding = {"good": f"{SEAM} has the parameters that are known, and after them {', '.join(more)}"}
except ImportError as error:
    finding = {"moved": f"awslambdaric.bootstrap cannot be imported: {error}"}
except UnknownClient as error:
    finding = {"moved": str(error)}
print(json.dumps(finding))
`;

/**
 * @param folder the client's packages
 * @param layer the gate's files
 * @throws NotLookedAt when the check itself could not be run
 */
export async function pythonSeam(folder: string, layer: string): Promise<Finding> {
  const interpreter = await interpreterOf(folder);
  try {
    return JSON.parse(await run(interpreter, [...AS_WRITTEN, '-c', LOOK, path.join(layer, 'python'), folder])) as Finding;
  } catch (error) {
    throw new NotLookedAt(`the Python client in ${folder} could not be looked at`, error);
  }
}
