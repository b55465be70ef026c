/** A small DNS server on the loopback interface, over UDP. */
import { createSocket, type Socket } from 'node:dgram';

import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type RecordType } from 'dns-packet';

const NAME_ERROR = 3;

export class DnsServer {
  static async open(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new DnsServer(socket);
  }

  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** What was asked, as `<type> <name>`. */
  readonly asked: string[] = [];
  private readonly records = new Map<string, Answer[]>();

  private constructor(private readonly socket: Socket) {
    const { address, port } = socket.address();
    this.address = `${address}:${port}`;
    socket.on('message', (message, { address: from, port: to }) => socket.send(this.answer(message), to, from));
  }

  /** Replaces the records of that name and type. */
  set(name: string, type: RecordType, ...values: readonly (string | string[])[]): void {
    this.records.set(
      `${type} ${name}`,
      values.map((data) => ({ name, type, ttl: 0, data }) as Answer),
    );
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(resolve));
  }

  private answer(message: Buffer): Buffer {
    const { id, questions = [] } = decode(message);
    const question = `${questions[0].type} ${questions[0].name}`;
    this.asked.push(question);
    const answers = this.records.get(question) ?? [];
    return encode({ id, type: 'response', flags: AUTHORITATIVE_ANSWER | (answers.length > 0 ? 0 : NAME_ERROR), questions, answers });
  }
}
