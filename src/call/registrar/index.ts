export { type Binding, type BindingSource } from "./binding.ts";
export { type RegisterFacts } from "./register-facts.ts";
export { type RegisterHeaders } from "./register-reply.ts";
export { Registrar, type RegistrarOptions, type RegisterResult, type RegistrationSummary } from "./registrar.ts";
