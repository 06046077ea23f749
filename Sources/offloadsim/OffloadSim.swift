import ArgumentParser

/// `offloadsim`: where should this network run?
@main
struct OffloadSim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offloadsim", abstract: "Simulates split inference over fleets of edge nodes and really executes it.")
}
