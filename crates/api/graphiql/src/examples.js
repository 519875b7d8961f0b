import changes from './examples/keep-a-copy-in-step.graphql?raw';
import standards from './examples/one-question-several-standards.graphql?raw';
import watch from './examples/watch-changes.graphql?raw';
import careLeavers from './examples/what-works-for-care-leavers.graphql?raw';
import viewer from './examples/who-am-i.graphql?raw';

/** The tabs of a first visit, in order. A tab's own title is the operation's name; GraphiQL allows no other. */
export const examples = [
  { title: 'What works for care leavers?', query: careLeavers, variables: '{\n  "counted": false\n}' },
  { title: 'One question, several standards', query: standards },
  { title: 'Keep a copy in step', query: changes, variables: '{\n  "after": null\n}' },
  { title: 'Watch changes', query: watch, variables: '{\n  "after": null\n}' },
  { title: 'Who am I?', query: viewer },
];
