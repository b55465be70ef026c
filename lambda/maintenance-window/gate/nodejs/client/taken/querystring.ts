/** What the signer uses of node:querystring, as it is when the process starts. The build puts it in the module's place. */
const { parse, stringify } = process.getBuiltinModule('node:querystring');

export { parse, stringify };
