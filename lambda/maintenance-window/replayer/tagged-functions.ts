import { GetResourcesCommand, type ResourceGroupsTaggingAPIClient, type ResourceTagMapping } from '@aws-sdk/client-resource-groups-tagging-api';

import { tag } from '../../contract/names.json';

/** A function that carries, or carried a while ago, the tag of a store. */
export interface TaggedFunction {
  /** Without a qualifier. */
  readonly functionArn: string;
  /** Absent for functions that were deployed before there was such a tag. */
  readonly functionKey?: string;
}

const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]+:\d+:function:[^:]+$/;

/**
 * The functions of a store, by their tags, asked once: it takes one call for a hundred functions, and none of those to Lambda's control plane.
 *
 * What it lists may be untagged or deleted since, and what was tagged a moment ago may not be listed yet: verify each.
 */
export class TaggedFunctions {
  private listed: Promise<readonly TaggedFunction[]> | undefined;

  constructor(
    private readonly tagging: ResourceGroupsTaggingAPIClient,
    private readonly store: string,
  ) {}

  /** @throws Error of the tagging API */
  list(): Promise<readonly TaggedFunction[]> {
    this.listed ??= this.ask();
    return this.listed;
  }

  private async ask(): Promise<readonly TaggedFunction[]> {
    const found: TaggedFunction[] = [];
    let from: string | undefined;
    do {
      const { ResourceTagMappingList = [], PaginationToken } = await this.tagging.send(
        new GetResourcesCommand({
          ResourceTypeFilters: ['lambda:function'],
          TagFilters: [{ Key: tag.store, Values: [this.store] }],
          PaginationToken: from,
        }),
      );
      found.push(...ResourceTagMappingList.flatMap(taggedFunction));
      from = PaginationToken || undefined;
    } while (from);
    return found;
  }
}

function taggedFunction({ ResourceARN: functionArn = '', Tags = [] }: ResourceTagMapping): TaggedFunction[] {
  const functionKey = Tags.find(({ Key }) => Key === tag.functionKey)?.Value;
  return FUNCTION_ARN.test(functionArn) ? [{ functionArn, ...(functionKey ? { functionKey } : {}) }] : [];
}
