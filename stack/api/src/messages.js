/** Every sentence a client can be sent, by language. Keys, codes and field names are never translated. */
export const MESSAGES = {
  USER_CREATED: { en: 'user created!', es: '¡usuario creado!' },
  INVALID: { en: 'some fields are not valid', es: 'algunos campos no son válidos' },
  FIELD_MISSING: { en: 'required', es: 'obligatorio' },
  FIELD_NOT_TEXT: { en: 'must be a text', es: 'debe ser un texto' },
  FIELD_CHARACTERS: { en: 'has characters that are not allowed', es: 'tiene caracteres no permitidos' },
  FIELD_SHORT: { en: 'must have at least {min} characters', es: 'debe tener al menos {min} caracteres' },
  FIELD_LONG: { en: 'must have at most {max} characters', es: 'debe tener como mucho {max} caracteres' },
  FIELD_LETTERS: {
    en: 'only letters, with single spaces between them',
    es: 'solo letras, con espacios sueltos entre ellas',
  },
  FIELD_EMAIL: { en: 'is not a valid e-mail address', es: 'no es una dirección de correo válida' },
  FIELD_CHOICE: { en: 'must be one of: {choices}', es: 'debe ser uno de: {choices}' },
  FIELD_BOOLEAN: { en: 'must be true or false', es: 'debe ser true o false' },
  FIELD_NUMBER: { en: 'must be a number from {min} to {max}', es: 'debe ser un número de {min} a {max}' },
  FIELD_INTEGER: { en: 'must be a whole number from {min} to {max}', es: 'debe ser un número entero de {min} a {max}' },
  FIELD_PRICE: {
    en: 'must be a price or a range such as 50, 10-50, 10- or -50',
    es: 'debe ser un precio o un rango como 50, 10-50, 10- o -50',
  },
  FIELD_RANGE: { en: 'the range ends before it begins', es: 'el rango acaba antes de empezar' },
  FIELD_LIST: { en: 'must be a list of at most {max} texts', es: 'debe ser una lista de {max} textos como mucho' },
  FIELD_FILE: { en: 'must be the name of an image file', es: 'debe ser el nombre de un archivo de imagen' },
  FIELD_ID: { en: 'is not an identifier', es: 'no es un identificador' },
  BODY_MALFORMED: { en: 'the body is not well formed', es: 'el cuerpo está mal formado' },
  BODY_TOO_LARGE: { en: 'the body is too large', es: 'el cuerpo es demasiado grande' },
  BODY_TYPE: { en: 'send JSON or a URL-encoded form', es: 'envíe JSON o un formulario codificado como URL' },
  NO_TOKEN: { en: 'no token provided', es: 'no se ha enviado el token' },
  BAD_TOKEN: { en: 'the token is not valid', es: 'el token no es válido' },
  BAD_CREDENTIALS: { en: 'wrong e-mail or password', es: 'correo o contraseña incorrectos' },
  EMAIL_TAKEN: { en: 'this e-mail is already registered', es: 'este correo ya está registrado' },
  USER_NOT_FOUND: { en: 'user not found', es: 'usuario no encontrado' },
  NOT_FOUND: { en: 'not found', es: 'no encontrado' },
  METHOD: { en: 'method not allowed', es: 'método no permitido' },
  TOO_MANY: { en: 'too many attempts, try again later', es: 'demasiados intentos, pruebe más tarde' },
  UNAVAILABLE: {
    en: 'the service is not available, try again in a moment',
    es: 'el servicio no está disponible, pruebe en un momento',
  },
  BAD_REQUEST: { en: 'the request is not well formed', es: 'la petición está mal formada' },
  HEADERS_TOO_LARGE: {
    en: "the request's headers are too large",
    es: 'las cabeceras de la petición son demasiado grandes',
  },
  TOO_SLOW: { en: 'the request took too long', es: 'la petición ha tardado demasiado' },
  GENERIC: { en: 'something went wrong', es: 'algo ha ido mal' },
};

export const LANGUAGES = ['en', 'es'];

/**
 * @param {keyof typeof MESSAGES} key
 * @param {string} language one of LANGUAGES
 * @param {Record<string, string | number>} [values] for the {placeholders}
 */
export function message(key, language, values = {}) {
  return MESSAGES[key][language].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * The language of an answer: `x-lang` where it is sent, else the best of `Accept-Language`, else English.
 *
 * @param {import('express').Request} request
 */
export function languageOf(request) {
  const wanted = request.get('x-lang')?.trim();
  if (wanted) return /^(en|es)(?:-|$)/i.exec(wanted)?.[1].toLowerCase() ?? 'en';
  return request.acceptsLanguages(LANGUAGES) || 'en';
}
