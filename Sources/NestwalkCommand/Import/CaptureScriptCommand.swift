import Console
import LiveHost

/// `nestwalk capture-script`: the script that captures a host.
struct CaptureScriptCommand: Command {
  static let name = "capture-script"
  static let summary = "print the script that captures a host for import"
  static let discussion = [
    "The script needs a POSIX shell and tar, and uses virsh where it is there. It reads only, and writes"
      + " one tar archive to standard output, which “nestwalk import” reads on any machine."
  ]
  static let examples = [
    CommandExample(
      "nestwalk capture-script > capture.sh", "Saves the script, to be read and copied to a host."),
    CommandExample(
      "nestwalk capture-script | ssh rack1 sh > rack1.tar", "Captures a host from here."),
  ]
  static let parameters: [Parameter<Self>] = []

  func run() throws(CommandFailure) -> ExitStatus { Program.show(CaptureScript.text) }
}
