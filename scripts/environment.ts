/**
 * What the build's own child processes see of the environment: these names and no others. Whoever builds may have credentials or endpoints of a
 * real account in theirs, and nothing here may ever meet them.
 */
const INHERITED = [
  'CI',
  'CLIENTS',
  'HOME',
  'LANG',
  'PATH',
  'SHELL',
  'TERM',
  'TMPDIR',
  'TZ',
  'USER',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
];

/** Settings of the package managers: where they fetch from is the machine's business. */
const PACKAGE_MANAGERS = /^(npm_config_|pip_)/i;

export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => INHERITED.includes(name) || PACKAGE_MANAGERS.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...extra };
}
