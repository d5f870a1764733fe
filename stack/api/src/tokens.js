import { errors, jwtVerify, SignJWT } from 'jose';

const ALGORITHM = 'HS256';
const ISSUER = 'nodepop';
const AUDIENCE = 'nodepop-api';
const LIFE = '2d';
/** Three parts, the last of which 32 bytes have. The decoder would take other spellings of the same signature as well. */
const FORM = /^[\w-]+\.[\w-]+\.(?<signature>[\w-]{43})$/;

/** Issues and checks the tokens of the API. During a rotation those of the previous key go on being accepted. */
export class Tokens {
  #current;
  #accepted;

  /** @param {import('./config.js').JwtSettings} keys */
  constructor({ current, previous }) {
    this.#current = current;
    this.#accepted = previous ? [current, previous] : [current];
  }

  /** @param {string} userId @returns {Promise<string>} */
  issue(userId) {
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(LIFE)
      .sign(this.#current);
  }

  /** @param {string} token @returns {Promise<string | undefined>} the user's id, or undefined for a token that is not ours */
  async verify(token) {
    const signature = FORM.exec(token)?.groups.signature;
    if (!signature || Buffer.from(signature, 'base64url').toString('base64url') !== signature) return undefined;
    for (const key of this.#accepted) {
      try {
        const options = { algorithms: [ALGORITHM], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['sub', 'exp'] };
        const { payload } = await jwtVerify(token, key, options);
        return payload.sub;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    return undefined;
  }
}
