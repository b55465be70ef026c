/** What the signer uses of node:url, as it is when the process starts. The build puts it in the module's place. */
const { parse } = process.getBuiltinModule('node:url');

export { parse };
