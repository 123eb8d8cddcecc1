/**
 * Docusaurus's page, except that its scripts are asked for when the page has loaded: on a slow line they would take their share of it
 * from the style sheet, and nobody can read before that is there. What a page says never needs them.
 */
export const pageTemplate = `<!DOCTYPE html>
<html <%~ it.htmlAttributes %>>
  <head>
    <meta charset="UTF-8">
    <meta name="generator" content="Docusaurus v<%= it.version %>">
    <% it.metaAttributes.forEach((metaAttribute) => { %>
      <%~ metaAttribute %>
    <% }); %>
    <%~ it.headTags %>
    <% it.stylesheets.forEach((stylesheet) => { %>
      <link rel="stylesheet" href="<%= it.baseUrl %><%= stylesheet %>" />
    <% }); %>
    <script>
      addEventListener('load', () => {
        for (const file of <%~ JSON.stringify(it.scripts) %>) {
          const script = document.createElement('script')
          script.src = '<%~ it.baseUrl %>' + file
          script.async = false
          document.head.append(script)
        }
      })
    </script>
  </head>
  <body <%~ it.bodyAttributes %>>
    <%~ it.preBodyTags %>
    <div id="__docusaurus"><%~ it.appHtml %></div>
    <%~ it.postBodyTags %>
  </body>
</html>
`
