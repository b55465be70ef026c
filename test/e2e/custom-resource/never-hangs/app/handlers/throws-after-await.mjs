await new Promise((resolve) => setTimeout(resolve, 5));
throw 'the configuration is missing';
