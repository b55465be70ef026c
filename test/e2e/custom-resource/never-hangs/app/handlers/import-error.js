require('a-module-that-was-not-packed');
exports.handler = async () => undefined;
