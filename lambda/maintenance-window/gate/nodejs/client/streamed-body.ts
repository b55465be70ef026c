/** What a handler has streamed, as far as its outcome depends on it. */
import { streaming } from '../../../../contract/maintenance-window/answers.json';

const NUL = 0;

export class StreamedBody {
  private readonly pieces: Buffer[] = [];
  private size = 0;

  /** @param most bytes that are remembered */
  constructor(private readonly most: number) {}

  /** @param chunk what `write` or `end` was given: a chunk and its encoding, or none */
  add([chunk, encoding]: readonly unknown[]): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      return;
    }
    // A copy: the handler may use its bytes again
    const piece = typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk);
    if (this.size <= this.most) {
      this.pieces.push(piece);
    }
    this.size += piece.length;
  }

  /** As JSON text: the metadata of an HTTP response, or the whole; `null` for what no buffered result could be. */
  result(contentType: string): string {
    const body = Buffer.concat(this.pieces);
    if (contentType === streaming.contentType) {
      const end = body.indexOf(NUL);
      return body.subarray(0, end < 0 ? body.length : end).toString();
    }
    return this.size > this.most ? 'null' : body.toString();
  }
}

function encodingOf(encoding: unknown): BufferEncoding {
  return Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : 'utf8';
}
