/// The base tables.
///
/// To add a column, write a line in its table.
enum Tables {
  /// Definitions in an order in which every table comes after those it refers to.
  static var definitions: [String] {
    [
      model.definition, layer.definition, node.definition, link.definition, source.definition, placement.definition,
      run.definition, runTotal.definition, runModel.definition, runPlacement.definition, runNode.definition,
      runLink.definition, runLoad.definition, execution.definition, request.definition, event.definition,
    ]
  }
}
