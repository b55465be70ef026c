/**
 * Tells the runtime's client from processes that user code starts with the client's own Node.js options (`process.execArgv`, fork, cluster,
 * NODE_OPTIONS): those load the gate too, and must run as without it.
 */
import { environment as names } from '../../../../contract/names.json';
import { ADDON } from './addon';

const { existsSync, readFileSync, realpathSync } = process.getBuiltinModule('node:fs');
// eslint-disable-next-line @typescript-eslint/unbound-method -- functions of a module: they need no this
const { dirname, join } = process.getBuiltinModule('node:path');

/** Fields of /proc/<pid>/stat after the command, which may hold spaces and brackets: the 20th is when the process began. */
const BEGAN = 19;

/**
 * Whether this process is one that user code started. A mark alone is not believed, for anybody can set a variable: it must name another process
 * that runs and began when the mark says so. Nor is it said of what has the client's native part beside its entry, whoever started that.
 */
export function isChild(environment: NodeJS.ProcessEnv, entry: string | undefined): boolean {
  if (!environment.AWS_LAMBDA_RUNTIME_API) {
    return true; // nothing to ask for invocations
  }
  const mark = environment[names.attached];
  const pid = Number(mark?.split(':')[0]);
  return Number.isInteger(pid) && pid !== process.pid && mark === markOf(pid) && !isClient(entry);
}

/** Marks this process for those that it starts. */
export function markProcess(environment: NodeJS.ProcessEnv): void {
  const mark = markOf(process.pid);
  if (mark !== undefined) {
    environment[names.attached] = mark;
  }
}

/** Undefined where there is no such process. */
function markOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[BEGAN]}`;
  } catch {
    return undefined;
  }
}

function isClient(entry: string | undefined): boolean {
  try {
    return entry !== undefined && existsSync(join(dirname(realpathSync(entry)), ADDON));
  } catch {
    return false; // as `node child` for child.js
  }
}
