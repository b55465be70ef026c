require('a-module-that-was-not-packed');
