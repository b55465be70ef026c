import { childEnvironment } from '../../scripts/environment';

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

test('children see nothing of an account that the caller may have', () => {
  process.env = {
    PATH: '/bin',
    AWS_PROFILE: 'p',
    AWS_ACCESS_KEY_ID: 'k',
    AWS_ENDPOINT_URL: 'https://endpoint',
    NODE_OPTIONS: '--inspect',
    SOME_SECRET: 's',
  };
  expect(childEnvironment()).toEqual({ PATH: '/bin' });
});

test('children see what a caller chooses: CI, every pinned client, where packages come from', () => {
  process.env = { CI: 'true', CLIENTS: 'all', npm_config_cache: '/cache', PIP_CACHE_DIR: '/pip' };
  expect(childEnvironment({ MORE: '1' })).toEqual({ CI: 'true', CLIENTS: 'all', npm_config_cache: '/cache', PIP_CACHE_DIR: '/pip', MORE: '1' });
});
