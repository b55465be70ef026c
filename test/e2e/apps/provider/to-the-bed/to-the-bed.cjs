/** The framework answers over https to the host alone of a ResponseURL: on the bed that is http, and the port of its endpoint. */
const http = require('node:http');
const https = require('node:https');

const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL);
const { request } = https;

https.request = (options, ...rest) => (options.hostname === hostname ? http.request({ ...options, port }, ...rest) : request(options, ...rest));
