"""Find, read and check config.toml, and turn it into the model.

Every key is checked at load, so that a mistake does not surface hours later, when a message is
due. All mistakes are reported at once, each with its line, its key and the expected value.
"""

from monitor.config.loader import find_config_file, load_config_file, parse_config, read_template

__all__ = ["find_config_file", "load_config_file", "parse_config", "read_template"]
