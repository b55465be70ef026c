/** What the gate uses of node:zlib, as it is when the process starts. The build puts it in the module's place. */
const { gunzipSync, gzipSync } = process.getBuiltinModule('node:zlib');

export { gunzipSync, gzipSync };
