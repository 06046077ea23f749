import Foundation
import Testing

/// A short run of the mutation driver over every target; `make fuzz` is the long one.
struct FuzzTests {
  @Test(arguments: [
    "model", "operators", "tensor", "scenario", "costs", "profile", "words", "trace", "arrivals", "database",
  ])
  func nothingIsFound(target: String) throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(
      ["--target", target, "--iterations", "300", "--seed", "7", "-o", folder.file("findings").path],
      of: Program.sibling("fuzz"))
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("\(target): 300 cases"))
    // Were everything or nothing accepted, the cases would miss what they are for.
    #expect(!result.output.contains(" 0 accepted") && !result.output.contains(" 300 accepted"), "\(result.output)")
  }

  @Test func aFileIsReplayed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("{]", to: "case")
    let result = try Program.run(["--target", "scenario", "--replay", path], of: Program.sibling("fuzz"))
    #expect(result.status == 0 && result.output == "refused\n")
  }
}
