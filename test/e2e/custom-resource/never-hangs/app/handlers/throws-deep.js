/** As in a bundle whose modules require one another, none of the frames of a trace is the loader's. */
const configuration = (depth) => {
  if (depth === 0) {
    throw new RangeError('the configuration is missing');
  }
  return configuration(depth - 1);
};
configuration(20);
