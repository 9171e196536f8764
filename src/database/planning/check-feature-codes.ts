import { FEATURE_CODES, FEATURE_NAMES, featureCodeFaults, featureOfParameter } from "../model/feature-codes.ts";
import { findServiceParameter } from "../model/service-parameters.ts";
import type { Draft } from "./draft.ts";

/** The codes of features are told apart by what is dialed, also when one of them gets its default back. */
export function checkFeatureCodes(draft: Draft): void {
  const touched = [...draft.touched()].flatMap(({ kind, name, after }) => {
    const feature = kind === "service-parameter" ? featureOfParameter(name) : undefined;
    return feature === undefined ? [] : [{ feature, name, isDefault: after === undefined }];
  });
  if (touched.length === 0) return;
  const codes = new Map(FEATURE_NAMES.map((feature) => [feature, codeOf(draft, FEATURE_CODES[feature].parameter)]));
  for (const { feature, name, isDefault } of touched) {
    for (const { path, message } of featureCodeFaults(feature, codes)) {
      const place = isDefault
        ? { path: [], message: `its default, ${codes.get(feature)}: ${message}` }
        : { path, message };
      draft.violate({ code: "rule-violated", kind: "service-parameter", name, ...place });
    }
  }
}

function codeOf(draft: Draft, name: string): string {
  const parameter = findServiceParameter(name);
  const value = draft.body("service-parameter", name)?.value;
  return String(parameter?.schema.safeParse(value).data ?? parameter?.default ?? "");
}
