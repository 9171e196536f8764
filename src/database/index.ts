export {
  type ChangeEntry,
  type ChangeRecord,
  type ChangeRequest,
  type ConfigurationStore,
  type ListQuery,
  type Operation,
  type Referrer,
  type StoredObject,
} from "./configuration-store.ts";
export { ConfigurationMirror, type TouchedObjects } from "./configuration-mirror.ts";
export { ServiceParameters } from "./service-parameters.ts";
export { DatabaseError, type DatabaseErrorCode, type Violation } from "./database-error.ts";
export { defaultObjects } from "./default-objects.ts";
export { type SecretKeeper } from "./secret-keeper.ts";
export {
  collectionOf,
  DEVICE_KINDS,
  isKind,
  KINDS,
  nameOf,
  REFERENCES,
  SCHEMAS,
  yamlKeyOf,
  type BodyOf,
  type DeviceKind,
  type InputOf,
  type Kind,
} from "./model/kinds.ts";
export {
  type Credentials,
  type LineAppearance,
  type TollGuard,
  type Transformation,
  type TrunkRegistration,
} from "./model/devices.ts";
export { FEATURE_CODES, FEATURE_NAMES, type FeatureArgument, type FeatureName } from "./model/feature-codes.ts";
export { FORWARDING_KINDS, type Forward, type ForwardingKind } from "./model/line.ts";
export { mergePatch, textsAt } from "./model/paths.ts";
export { keepingSecrets, secretPathsOf, withoutSecrets } from "./model/secrets.ts";
export {
  parsePattern,
  symbolBit,
  type Pattern,
  type PatternPosition,
  type PatternResult,
  type PositionKind,
} from "./model/pattern.ts";
export { PERMISSIONS, ROLES, type Permission, type Role } from "./model/users.ts";
export { DEFAULT_PARTITION, withPartition } from "./model/scalars.ts";
export { findServiceParameter, SERVICE_PARAMETERS, type ServiceParameter } from "./model/service-parameters.ts";
export {
  DOCUMENT_VERSION,
  documentJsonSchema,
  documentSchema,
  type ConfigurationDocument,
  type DocumentKey,
} from "./document/document-schema.ts";
export { exportDocument } from "./document/export-document.ts";
export { importDocument, type ImportRequest, type ImportResult } from "./document/import-document.ts";
export {
  importOperations,
  type ImportCounts,
  type ImportMode,
  type ImportPlan,
  type ImportProgress,
} from "./document/import-operations.ts";
export { shortBody } from "./document/short-body.ts";
export { KIND_DESCRIPTIONS } from "./model/kind-descriptions.ts";
