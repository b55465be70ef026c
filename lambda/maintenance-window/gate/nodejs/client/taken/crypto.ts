/** What the gate and its signer use of node:crypto, as it is when the process starts. The build puts it in the module's place. */
const { createHash, createHmac: createHmacOf, randomUUID } = process.getBuiltinModule('node:crypto');

/** Node.js itself would make bytes of a text by the `Buffer.from` of user code. */
function createHmac(algorithm: string, key: string | Buffer): ReturnType<typeof createHmacOf> {
  return createHmacOf(algorithm, typeof key === 'string' ? Buffer.from(key) : key);
}

export { createHash, createHmac, randomUUID };
