import ts from "typescript";

/** The first words of strings in a source: comments and types are none. */
export function wordsIn(source: string): Set<string> {
  const words = new Set<string>();
  walk(parsed(source), [], (word) => words.add(word));
  return words;
}

/**
 * The first words of strings that a test asserts: arguments of an assertion that is made when the test runs, or entries
 * of a table whose rows are tests or are asserted. What stands anywhere else, such as in a list that nobody goes through
 * or in what a double answers, is not asserted.
 */
export function wordsAssertedIn(source: string): Set<string> {
  const file = parsed(source);
  const tables = tablesIn(file);
  const words = new Set<string>();
  walk(file, [], (word, ancestors) => {
    if (isAsserted(ancestors, tables)) words.add(word);
  });
  return words;
}

const ASSERTION = /^(?:assert(?:\.\w+)?|\w*[rR]efus(?:ed|es|edWith|edAs)|tried)$/;
const TEST = /^it(?:\.only)?$/;

function parsed(source: string): ts.SourceFile {
  return ts.createSourceFile("test.ts", source, ts.ScriptTarget.Latest);
}

function walk(
  node: ts.Node,
  ancestors: readonly ts.Node[],
  take: (word: string, up: readonly ts.Node[]) => void,
): void {
  if (ts.isTypeNode(node)) return;
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) take(/^[^ ]*/.exec(node.text)?.[0] ?? "", ancestors);
  const up = [...ancestors, node];
  ts.forEachChild(node, (child) => walk(child, up, take));
}

/** Whether somewhere around it is a call of this name, one of whose arguments it is in. */
function isWithin(ancestors: readonly ts.Node[], name: RegExp): boolean {
  return ancestors.some((node, index) => {
    if (!ts.isCallExpression(node) || !name.test(calleeOf(node))) return false;
    const next = ancestors[index + 1];
    // The last one is around the string itself, which is no callee.
    return next === undefined || next !== node.expression;
  });
}

function calleeOf({ expression }: ts.CallExpression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  if (!ts.isPropertyAccessExpression(expression)) return "";
  const { expression: of, name } = expression;
  return ts.isIdentifier(of) ? `${of.text}.${name.text}` : name.text;
}

function isAsserted(ancestors: readonly ts.Node[], tables: ReadonlySet<ts.Node>): boolean {
  return isWithin(ancestors, ASSERTION) || ancestors.some((node) => tables.has(node));
}

/** Lists that a loop goes through which makes a test or an assertion of each row. */
function tablesIn(file: ts.SourceFile): Set<ts.Node> {
  const lists: { readonly name: string; readonly list: ts.Node }[] = [];
  const tables = new Set<ts.Node>();
  const names: ts.Identifier[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (isList(node.initializer)) lists.push({ name: node.name.text, list: node.initializer });
    }
    if (ts.isForOfStatement(node) && makesTests(node.statement)) {
      if (isList(node.expression)) tables.add(node.expression);
      ts.forEachChild(node, (child) => note(child));
      note(node.expression);
    }
    ts.forEachChild(node, look);
  };
  const note = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.push(node);
    else if (ts.isCallExpression(node)) node.arguments.forEach(note);
  };
  look(file);
  for (const { text, pos } of names) {
    // The nearest above it is meant: tests give their lists the same name.
    const known = lists.findLast(({ name, list }) => name === text && list.pos < pos);
    if (known !== undefined) tables.add(known.list);
  }
  return tables;
}

function isList(node: ts.Node): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return isList(node.expression);
  return ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node);
}

function makesTests(statement: ts.Node): boolean {
  let makes = false;
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) makes ||= TEST.test(calleeOf(node)) || ASSERTION.test(calleeOf(node));
    if (!makes) ts.forEachChild(node, look);
  };
  look(statement);
  return makes;
}
