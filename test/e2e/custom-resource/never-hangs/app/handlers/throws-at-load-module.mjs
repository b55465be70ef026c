throw new RangeError('the configuration is missing');
