import Console
import Costs
import Records
import Scenarios

/// A cost profile on the command line: the name of one that comes with the program, or a file.
struct ProfileArgument: ArgumentValue, Hashable {
  let argument: String

  init(argument: String) throws(ArgumentValueError) {
    guard !argument.isEmpty else {
      throw ArgumentValueError("it must be the name of a profile or of a file")
    }
    self.argument = argument
  }

  static var isFile: Bool { true }

  /// The profile; a name that no file has is guessed at.
  func profile() throws(CommandFailure) -> CostProfile {
    if let profile = ShippedProfiles.named(argument) { return profile }
    let text: [UInt8]
    let name: String
    do throws(SystemError) {
      let file = argument == "-" ? File.standardInput() : try File.reading(argument)
      name = file.name
      text = try file.bytes()
    } catch {
      var message = error.description
      if !argument.contains("/"), !argument.contains(".") {
        message = "There is neither a profile nor a file “\(argument)”."
        if let guess = Spelling.nearest(to: argument, among: ShippedProfiles.names) {
          message += " Is “\(guess)” meant?"
        }
      }
      throw CommandFailure(.badInput, message)
    }
    do throws(DocumentError) {
      return try CostProfile.document.read(text, file: name)
    } catch {
      throw CommandFailure(.badInput, "the profile is refused:\n\(error)")
    }
  }
}
