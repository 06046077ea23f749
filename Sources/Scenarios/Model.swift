import Inference
import Partitioning
import StrictJSON

extension Scenario {
  /// A network that requests may ask for.
  public struct Model: Sendable {
    /// Where the network comes from; paths are as written.
    public enum Source: Sendable, Hashable {
      /// Built in, under that name.
      case zoo(network: String)
      case onnx(file: Reference)
      /// Simulated, never executed.
      case costs(file: Reference)
    }

    public let name: String
    public let position: SourcePosition?
    public let source: Source
    /// The passes that the network goes through before it is planned and executed; `nil` for the usual ones.
    public let passes: PassSelection?
    /// What the cost table says, once the scenario's files are read.
    public internal(set) var costTable: CostTable?

    init(from fields: inout FieldReader) {
      name = fields.name("name", "what the scenario calls it; without 'file' and 'costs' a network of the zoo")
      position = fields.position(of: "name")
      let file = fields.referenceIfPresent("file", "an ONNX file")
      let costs = fields.referenceIfPresent("costs", "a cost table: the network is simulated, never executed")
      let zoo = fields.nameIfPresent("zoo", "a network of the zoo under another name")
      var passes: PassSelection?
      if let text = fields.nameIfPresent(
        "passes", "the graph passes: all, standard, none, or names joined by commas, -NAME to leave one out")
      {
        do throws(UnknownPass) { passes = try PassSelection(text) } catch {
          fields.error(error.description, at: "passes")
        }
      }
      self.passes = passes
      if zoo != nil, file != nil || costs != nil {
        fields.error("a model has a 'zoo' network, a 'file' or 'costs', not several", at: "zoo")
      }
      if file != nil, costs != nil { fields.error("a model has a 'file' or 'costs', not both", at: "costs") }
      source = file.map { .onnx(file: $0) } ?? costs.map { .costs(file: $0) } ?? .zoo(network: zoo ?? name)
    }
  }
}
