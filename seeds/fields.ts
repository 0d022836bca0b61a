import { z } from "zod";

// Field types that several loaders share. `nullish`: a missing field leaves the column unchanged, null clears it.
export const text = z.string();
export const name = z.string().min(1);
export const optionalText = z.string().nullish();
export const strings = z.array(z.string());
export const optionalStrings = strings.nullish();
export const object = z.record(z.string(), z.unknown());
export const optionalObject = object.nullish();
export const flag = z.union([z.literal(0), z.literal(1), z.boolean()]).nullish();
export const count = z.number().int().min(0);
export const percent = z.number().int().min(0).max(100);
export const difficulty = z.enum(["beginner", "intermediate", "advanced"]);
