internal import Console

extension HostFiles {
  /// The files of this host that tell of its memory: those that are there and may be read.
  ///
  /// Nothing needs root; what only root may read is left out.
  public static func live(root: String = "/") -> Self {
    let root = root.hasSuffix("/") ? root : root + "/"
    var files: [File] = []
    #if arch(x86_64)
    files.append(File(machine, Array("x86_64".utf8)))
    #elseif arch(arm64)
    files.append(File(machine, Array("aarch64".utf8)))
    #elseif arch(riscv64)
    files.append(File(machine, Array("riscv64".utf8)))
    #endif
    for pattern in WantedFiles.patterns {
      for path in paths(matching: pattern, below: root) where files.count < WantedFiles.mostFiles {
        if let bytes = contents(root + path) { files.append(File(path, bytes)) }
      }
    }
    let found = Self(files, origin: root)
    // The limits above the caller's own group hold for what it starts.
    let own = ControlGroup.ownPaths(found).flatMap { path in
      ControlGroup.files.map { "\(path)/\($0)" }
    }
    return Self(
      found.files
        + own.compactMap { path in contents(root + path).map { File(path, $0) } },
      origin: root)
  }

  private static func contents(_ path: String) -> [UInt8]? {
    guard let file = try? Console.File.reading(path, waits: false) else { return nil }
    return (try? file.contents(most: WantedFiles.mostBytes)) ?? nil
  }

  /// The paths that a pattern stands for; one without a star stands for itself, there or not.
  private static func paths(matching pattern: String, below root: String) -> [String] {
    var found = [""]
    for part in pattern.split(separator: "/") {
      guard let star = part.firstIndex(of: "*") else {
        found = found.map { $0.isEmpty ? String(part) : "\($0)/\(part)" }
        continue
      }
      let head = part[..<star]
      let tail = part[part.index(after: star)...]
      found = found.flatMap { folder in
        Folder.names(in: root + folder)
          .filter {
            $0.utf8.count >= head.utf8.count + tail.utf8.count && $0.hasPrefix(head)
              && $0.hasSuffix(tail)
          }
          .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
      }
    }
    return found
  }
}
