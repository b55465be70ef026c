exports.other = async () => undefined;
