//! The walk over all selections of a document, each looked at once.

use std::collections::HashMap;

use async_graphql::{
    Pos, Positioned,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentSpread, OperationDefinition, Selection,
        SelectionSet,
    },
};

use super::{
    Limits, Refusal,
    given::Given,
    inputs::{self, Arguments},
    measure::Measure,
    refusal::at_most,
};
use crate::protocol::Code;

/// What a document asks for, within the limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    /// Of the chosen operation as it is written, which may be too much.
    pub(super) complexity: u64,
    /// Of all operations.
    pub(super) fields: usize,
    /// The greatest of all operations.
    pub(super) depth: usize,
    /// Selections looked at.
    pub(super) selections: usize,
}

/// The state of a walk.
pub(super) struct Walk<'a> {
    document: &'a ExecutableDocument,
    given: &'a Given<'a>,
    limits: &'a Limits,
    /// Fragments met so far; none while the walk is inside.
    fragments: HashMap<&'a str, Option<Measure>>,
    directives: usize,
    inputs: usize,
    selections: usize,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub(super) fn new(
        document: &'a ExecutableDocument,
        given: &'a Given<'a>,
        limits: &'a Limits,
    ) -> Self {
        Self {
            document,
            given,
            limits,
            fragments: HashMap::new(),
            directives: 0,
            inputs: 0,
            selections: 0,
        }
    }

    /// Walks through all operations and fragments and checks them against the limits.
    ///
    /// The library validates all operations, also those that do not run: what bounds its work is
    /// counted over all, and only the complexity is that of the chosen one.
    ///
    /// # Errors
    /// The refusal of whatever is over a limit, and `GRAPHQL_VALIDATION_FAILED` for a fragment that
    /// contains itself, an unknown directive, and a `__typename` with arguments or subfields.
    pub(super) fn measure(mut self, chosen: &'a OperationDefinition) -> Result<Measured, Refusal> {
        let document = self.document;
        let mut all = Measure::default();
        let mut complexity = 0;
        let mut each = Vec::with_capacity(document.operations.iter().len());
        for (_, operation) in document.operations.iter() {
            let found = self.operation(&operation.node)?;
            if std::ptr::eq(&operation.node, chosen) {
                complexity = complexity_of(&found);
            }
            all.add(&found);
            each.push((operation.pos, found));
        }
        for name in document.fragments.keys() {
            self.fragment(name.as_str(), 0)?;
        }
        self.check_sums(&all)?;
        for (position, found) in each {
            self.check_operation(&found).map_err(|refusal| refusal.at(position))?;
        }
        Ok(Measured {
            complexity,
            fields: all.fields,
            depth: all.depth.max(all.introspection_depth),
            selections: self.selections,
        })
    }

    /// The cost of an operation alone.
    ///
    /// # Errors
    /// As [`Walk::measure`].
    pub(super) fn complexity(mut self, operation: &'a OperationDefinition) -> Result<u64, Refusal> {
        Ok(complexity_of(&self.operation(operation)?))
    }

    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Measure, Refusal> {
        self.directives(&operation.directives)?;
        for definition in &operation.variable_definitions {
            self.directives(&definition.node.directives)?;
        }
        self.selection_set(&operation.selection_set, 0)
    }

    /// Measures a set that stands inside `nesting` other sets on the way taken to it.
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        nesting: usize,
    ) -> Result<Measure, Refusal> {
        // Checked on the way down, so that the recursion itself is bounded.
        self.check_nesting(nesting + 1, set.pos)?;
        let mut found = Measure::empty_set();
        for selection in &set.node.items {
            self.selections += 1;
            let one = match &selection.node {
                Selection::Field(field) => self.field(field, nesting)?,
                Selection::FragmentSpread(spread) => self.spread(spread, nesting)?,
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives)?;
                    self.selection_set(&inline.node.selection_set, nesting + 1)?.spread()
                }
            };
            found.add(&one);
        }
        Ok(found)
    }

    fn field(&mut self, field: &'a Positioned<Field>, nesting: usize) -> Result<Measure, Refusal> {
        let Field { alias, name, arguments, directives, selection_set } = &field.node;
        let name = name.node.as_str();
        let has_subfields = !selection_set.node.items.is_empty();
        // The library does not look at `__typename` at all.
        if name == "__typename" && (has_subfields || !arguments.is_empty()) {
            return Err(Refusal::new(
                Code::GraphqlValidationFailed,
                "`__typename` takes no arguments and has no subfields.",
            )
            .at(field.pos));
        }
        self.directives(directives)?;
        let size = self.arguments(arguments)?;
        let below = if has_subfields {
            self.selection_set(selection_set, nesting + 1)?
        } else {
            Measure::default()
        };
        Ok(below.under_field(
            name,
            alias.is_some(),
            self.limits.prices.of(name, size),
            self.multiplier(arguments, below.is_page)
                .saturating_mul(self.limits.prices.usual_length(name)),
        ))
    }

    fn spread(
        &mut self,
        spread: &'a Positioned<FragmentSpread>,
        nesting: usize,
    ) -> Result<Measure, Refusal> {
        self.directives(&spread.node.directives)?;
        let name = spread.node.fragment_name.node.as_str();
        let found =
            self.fragment(name, nesting + 1).map_err(|refusal| locate(refusal, spread.pos))?;
        // A fragment that was measured elsewhere may be too high for this place.
        self.check_nesting(nesting + 1 + found.nesting, spread.pos)?;
        Ok(found.spread())
    }

    fn fragment(&mut self, name: &'a str, nesting: usize) -> Result<Measure, Refusal> {
        match self.fragments.get(name) {
            Some(Some(measured)) => return Ok(*measured),
            Some(None) => {
                return Err(Refusal::new(
                    Code::GraphqlValidationFailed,
                    format!("Fragment \"{name}\" contains itself; take out one of the spreads."),
                ));
            }
            None => {}
        }
        // One that is not defined is the library's to report.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Measure::default());
        };
        self.fragments.insert(name, None);
        self.directives(&fragment.node.directives)?;
        let measured = self.selection_set(&fragment.node.selection_set, nesting)?;
        self.fragments.insert(name, Some(measured));
        Ok(measured)
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Result<(), Refusal> {
        for directive in directives {
            let name = directive.node.name.node.as_str();
            if !matches!(name, "skip" | "include") {
                return Err(Refusal::new(
                    Code::GraphqlValidationFailed,
                    format!(
                        "Unknown directive \"@{name}\"; a document may use @skip and @include."
                    ),
                )
                .at(directive.pos));
            }
            self.directives += 1;
            self.arguments(&directive.node.arguments)?;
        }
        Ok(())
    }

    fn arguments(&mut self, arguments: &'a Arguments) -> Result<usize, Refusal> {
        let size = inputs::arguments_size(arguments, self.given, self.limits)?;
        self.inputs = self.inputs.saturating_add(size);
        Ok(size)
    }

    /// How often the subfields of a field are resolved for each time that the field is.
    fn multiplier(&self, arguments: &Arguments, is_page: bool) -> u64 {
        let mut page = None;
        let mut ids = 1;
        for (name, value) in arguments {
            match name.node.as_str() {
                "first" | "last" => page = page.max(inputs::number(&value.node, self.given)),
                "ids" => ids = inputs::length(&value.node, self.given).unwrap_or(1) as u64,
                _ => {}
            }
        }
        let default = if is_page { self.limits.default_page } else { 1 };
        page.unwrap_or(default).max(1).saturating_mul(ids.max(1))
    }

    fn check_nesting(&self, nesting: usize, position: Pos) -> Result<(), Refusal> {
        at_most(
            Code::TooDeep,
            "Selections within one another, through fragments",
            nesting,
            self.limits.nesting,
            "Ask for the deeper things by their ids in a second request.",
        )
        .map_err(|refusal| refusal.at(position))
    }

    /// Checks what is a matter of one operation.
    fn check_operation(&self, found: &Measure) -> Result<(), Refusal> {
        let limits = self.limits;
        at_most(
            Code::TooDeep,
            "Fields within one another",
            found.depth,
            limits.depth,
            "Ask for the deeper things by their ids in a second request.",
        )?;
        at_most(
            Code::TooManyRootFields,
            "Root fields",
            found.width,
            limits.root_fields,
            "Use `nodes(ids:)` or a filter to get several things at once, or send several requests.",
        )?;
        if found.introspection_depth == 0 {
            return Ok(());
        }
        at_most(
            Code::TooDeep,
            "Fields of the introspection within one another",
            found.introspection_depth,
            limits.introspection_depth,
            "The standard introspection query is within the limit.",
        )?;
        at_most(
            Code::TooDeep,
            "Lists of the introspection within one another",
            found.introspection_lists,
            limits.introspection_lists,
            "The standard introspection query is within the limit.",
        )
    }

    /// Checks what is a matter of the whole document.
    fn check_sums(&self, found: &Measure) -> Result<(), Refusal> {
        let limits = self.limits;
        at_most(
            Code::TooManyFields,
            "Fields, with fragments expanded",
            found.fields,
            limits.fields,
            "Ask for fewer fields, or send several requests.",
        )?;
        at_most(
            Code::TooManyFragments,
            "Fragments spread, with fragments expanded",
            found.spreads,
            limits.spreads,
            "Spread fewer fragments within fragments.",
        )?;
        at_most(
            Code::TooManyAliases,
            "Aliases, with fragments expanded",
            found.aliases,
            limits.aliases,
            "Use `nodes(ids:)` or a filter to get several things at once, or send several requests.",
        )?;
        at_most(
            Code::TooManyDirectives,
            "Directives",
            self.directives,
            limits.directives,
            "Put one directive on a fragment in place of many on its fields.",
        )?;
        at_most(
            Code::InputTooLarge,
            "Size of all arguments, each use of a variable counted",
            self.inputs,
            limits.input_size,
            "Send smaller values, or a large one in one place only.",
        )
    }
}

/// Refuses an operation that costs too much.
///
/// # Errors
/// `TOO_COMPLEX`.
pub(super) fn check_complexity(complexity: u64, limits: &Limits) -> Result<(), Refusal> {
    at_most(
        Code::TooComplex,
        "Cost of the operation, each field times the page sizes above it",
        complexity,
        limits.complexity,
        "Ask for smaller pages with `first`, for fewer levels, or for less in each.",
    )
}

const fn complexity_of(operation: &Measure) -> u64 {
    operation.complexity.saturating_add(operation.once)
}

/// Points at a place unless the refusal already does.
fn locate(refusal: Refusal, position: Pos) -> Refusal {
    if refusal.locations.is_empty() { refusal.at(position) } else { refusal }
}
