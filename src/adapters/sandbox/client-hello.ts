/** Reads the first words of a TLS connection: which host the client asks for. Decrypts nothing and answers nothing. */

/** `more`: the message is not complete yet. Null: no host is named, it is hidden, or this is no TLS. */
export type Greeting = { host: string | null } | "more";

/** Kinds of records, messages and extensions: RFC 8446 and RFC 6066. */
const [HANDSHAKE, CLIENT_HELLO, SERVER_NAME, HOST_NAME, ENCRYPTED_HELLO] = [22, 1, 0, 0, 0xfe0d];

/** No client says more than this before it names its host. */
const LONGEST = 64 * 1024;

const NOT_NAMED: Greeting = { host: null };

export function greetingOf(bytes: Buffer): Greeting {
  const message = handshakeIn(bytes);
  if (message === "more") return bytes.length > LONGEST ? NOT_NAMED : "more";
  if (message === null) return NOT_NAMED;
  try {
    return { host: hostIn(message) };
  } catch (error) {
    if (error instanceof RangeError) return NOT_NAMED;
    throw error;
  }
}

/** The client's hello without its head, put together again from as many records as it was cut into. */
function handshakeIn(bytes: Buffer): Buffer | "more" | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE) return null;
    if (bytes.length < at + 5) return "more";
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + 5, end));
    const message = Buffer.concat(parts);
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return null;
    if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) {
      return message.subarray(4, 4 + message.readUIntBE(1, 3));
    }
    if (bytes.length < end) return "more";
    at = end;
  }
}

function hostIn(hello: Buffer): string | null {
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  let host: string | null = null;
  while (at < end) {
    const [kind, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
    const body = hello.subarray(at + 4, at + 4 + length);
    // What is asked for in there is another host than the one on the outside.
    if (kind === ENCRYPTED_HELLO) return null;
    if (kind === SERVER_NAME && body.readUInt8(2) === HOST_NAME)
      host = body.subarray(5, 5 + body.readUInt16BE(3)).toString("latin1");
    at += 4 + length;
  }
  return host;
}
