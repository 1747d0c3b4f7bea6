/// Where an inventory is read from.
enum ImportSource {
  case proc
  case libvirt
  /// A captured host.
  case archive(String)
  /// A machine's configuration.
  case firecracker(String)
  /// What machines used.
  case samples(String)
  /// Objects of a cluster, or an inventory.
  case objects(String)

  /// The file that is read.
  var path: String? {
    switch self {
    case .proc, .libvirt: nil
    case .archive(let path), .firecracker(let path), .samples(let path), .objects(let path): path
    }
  }

  static let words = ["proc", "libvirt"]
  static let rule = "proc, libvirt, or a file whose name ends in .tar, .json, .csv or .yaml"

  /// The source that an argument names: a word, or a file by the ending of its name.
  init?(_ argument: String) {
    let ending = argument.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
    switch (argument, ending) {
    case ("proc", _): self = .proc
    case ("libvirt", _): self = .libvirt
    case (_, "tar"): self = .archive(argument)
    case (_, "json"): self = .firecracker(argument)
    case (_, "csv"): self = .samples(argument)
    case (_, "yaml"), (_, "yml"): self = .objects(argument)
    default: return nil
    }
  }
}
