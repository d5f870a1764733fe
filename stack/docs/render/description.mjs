import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { parse } = createRequire(new URL('../../api/package.json', import.meta.url))('yaml');

/** An OpenAPI description whose references can be followed. */
export class Description {
  /** @param {URL | string} file YAML */
  constructor(file) {
    // A mapping's anchor may be used often; the default limit on aliases is against hostile files.
    this.document = parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 });
  }

  /** Follow `$ref`s within the document until there is a value. */
  resolve(value) {
    let found = value;
    while (found?.$ref) {
      const steps = found.$ref.replace(/^#\//, '').split('/');
      found = steps.reduce((node, step) => node[step.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
      if (found === undefined) throw new Error(`${value.$ref} names nothing`);
    }
    return found;
  }

  /** Every operation as {path, method, ...operation}, in the order of the file. */
  operations() {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
  }
}
