// What any check of a window before user code costs at the least: one request through TLS, signed by four HMACs. No gate, no error handling.
const { connect } = process.getBuiltinModule('node:tls');
const { createHash, createHmac } = process.getBuiltinModule('node:crypto');
const { readFileSync } = process.getBuiltinModule('node:fs');

const { FLOOR_PORT: port, FLOOR_ROOTS: roots } = process.env;
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const body = '{"TableName":"t","Key":{"pk":{"S":"k"}}}';
const digest = createHash('sha256').update(body).digest('hex');
const signature = ['20270110', 'us-east-1', 'dynamodb', 'aws4_request'].reduce(hmac, 'AWS4secret').toString('hex');
const head = `POST / HTTP/1.1\r\nhost: localhost:${port}\r\nx-amz-target: DynamoDB_20120810.GetItem\r\nx-amz-content-sha256: ${digest}\r\nauthorization: ${signature}\r\ncontent-length: ${body.length}\r\n\r\n`;

await new Promise((resolve, reject) => {
  const socket = connect({ host: '127.0.0.1', port: Number(port), servername: 'localhost', ca: readFileSync(roots) }, () =>
    socket.write(head + body),
  );
  socket.on('data', (bytes) => {
    JSON.parse(bytes.toString().split('\r\n\r\n')[1]);
    socket.unref();
    resolve();
  });
  socket.on('error', reject);
});
