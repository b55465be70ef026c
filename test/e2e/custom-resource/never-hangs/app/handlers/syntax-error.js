require('./half-written');
