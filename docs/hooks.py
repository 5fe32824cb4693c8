"""What the documentation site needs beyond its generator: mermaid from the cache folder, on the pages that draw."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

MERMAID = Path(__file__).parents[1] / ".cache" / "mermaid" / "mermaid.min.js"
URL = "assets/javascripts/mermaid.min.js"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put mermaid among the files of the site, so that diagrams are drawn without the network."""
    files.append(File.generated(config, URL, abs_src_path=str(MERMAID)))
    return files


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Load mermaid on a page that has diagrams; the theme draws them with the one that it finds."""
    if 'class="mermaid"' not in output:
        return output
    return output.replace("</head>", f'<script src="{get_relative_url(URL, page.url)}"></script></head>', 1)
